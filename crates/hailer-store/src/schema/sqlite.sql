CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
WHEN NOT EXISTS (SELECT 1 FROM audit_dropped d WHERE d.chain = OLD.chain AND d.seq >= OLD.seq)
BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
