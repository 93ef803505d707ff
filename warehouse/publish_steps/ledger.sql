-- The ledger as it stands, for the plan: no post, no text, no subject.
CREATE TABLE ledger.stream AS SELECT * FROM stream;
CREATE TABLE ledger.coverage AS SELECT * FROM coverage;
CREATE TABLE ledger.attempt AS SELECT * FROM attempt;
CREATE TABLE ledger.recheck_round AS SELECT * FROM recheck_round;
CREATE TABLE ledger.stream_state AS SELECT * FROM stream_state;
CREATE TABLE ledger.remainder AS SELECT * FROM remainder;
CREATE TABLE ledger.cost_day AS SELECT * FROM cost_day;
-- What streams brought that names a subject, except employees, without saying which posts those are.
CREATE TABLE ledger.sighting AS
SELECT source, stream, first_collected_at FROM sighting
SEMI JOIN (
    FROM mention
    SEMI JOIN (
        FROM subject_match SEMI JOIN (FROM subject WHERE facet <> 'employee') USING (subject_id)
    ) USING (mention_id, version_id)
) AS named USING (mention_id);
