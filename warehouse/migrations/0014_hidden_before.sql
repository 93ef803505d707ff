-- What a re-check found hidden before this was told apart from deletions may return as well. It went with the
-- load of its round, at the same instant; what people had erased did not, whatever reason they gave.
UPDATE tombstone
SET hidden_at = loaded_at
WHERE
    hidden_at IS NULL
    AND reason IN ('deactivated', 'missing', 'protected', 'removed', 'suspended', 'withheld')
    AND loaded_at IN (SELECT loaded_at FROM recheck_round WHERE gone > 0);
