-- A day whose items were let go is closed: what it cost stands in cost_day.
CREATE OR REPLACE TEMP TABLE charged_now AS
SELECT day, account, item, source, stream, eur::DECIMAL(12, 6) AS eur, seen_at
FROM arriving_charge
ANTI JOIN (FROM cost_day ANTI JOIN charged_item USING (day, account)) AS closed USING (day, account)
QUALIFY row_number() OVER (PARTITION BY day, account, item ORDER BY seen_at, source, stream, eur) = 1;

-- The earliest sight counts, in whichever order files arrive.
MERGE INTO charged_item AS known
USING charged_now AS new
ON known.day = new.day AND known.account = new.account AND known.item = new.item
WHEN MATCHED
    AND (new.seen_at, new.source, new.stream, new.eur) < (known.seen_at, known.source, known.stream, known.eur)
    THEN UPDATE SET source = new.source, stream = new.stream, eur = new.eur, seen_at = new.seen_at
WHEN NOT MATCHED THEN INSERT VALUES (
    new.day, new.account, new.item, new.source, new.stream, new.eur, new.seen_at, TRUE
);

DELETE FROM cost_day USING (SELECT DISTINCT day, account FROM charged_now) AS touched_day
WHERE cost_day.day = touched_day.day AND cost_day.account = touched_day.account;

INSERT INTO cost_day
SELECT day, account, source, stream, count(*), sum(eur)
FROM charged_item SEMI JOIN charged_now USING (day, account)
GROUP BY day, account, source, stream;
