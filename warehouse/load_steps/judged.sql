-- A stream that once named an employee stays withheld, whoever left the watchlist since.
MERGE INTO stream_privacy AS known
USING (SELECT DISTINCT ON (source, stream) * FROM judged_stream) AS new
ON known.source = new.source AND known.stream = new.stream
WHEN MATCHED AND (
    known.is_withheld IS NULL
    OR (new.is_withheld AND NOT known.is_withheld)
    OR (new.is_withheld AND new.is_only_staff <> known.is_only_staff)
) THEN UPDATE SET is_withheld = new.is_withheld, is_only_staff = new.is_only_staff
WHEN NOT MATCHED THEN INSERT VALUES (new.source, new.stream, new.is_withheld, new.is_only_staff);
