-- Where bearerbox keeps which SMS wait for a delivery report (docs/kannel.md).
CREATE TABLE IF NOT EXISTS dlr (
    smsc VARCHAR(48), ts VARCHAR(48), destination VARCHAR(48), source VARCHAR(48), service VARCHAR(48),
    url VARCHAR(255), mask INT, status INT, boxc VARCHAR(48)
);
CREATE INDEX IF NOT EXISTS dlr_ts ON dlr (smsc, ts);
