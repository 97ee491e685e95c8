"""What no key or check can say: the audit trail is only ever appended to, and no reviewer of finance pays."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_INTEGRITY = "USING ERRCODE = 'integrity_constraint_violation'"
_AUDIT_MESSAGE = "audit entries are appended, never changed or removed"
# INSERT OR REPLACE of SQLite removes the row in the way without asking the trigger on DELETE.
_AUDIT_TAKEN = (
    "EXISTS (SELECT 1 FROM audit_entry WHERE audit_entry.id = NEW.id"
    " OR (audit_entry.chain_id = NEW.chain_id AND audit_entry.sequence = NEW.sequence))"
)
_PAYER_MESSAGE = "who reviewed for finance does not pay"
# Both ways round: the reviewer who pays, and the payer who reviews; a superseded review counts.
_PAYER_GUARDS = {
    "payment": (
        "EXISTS (SELECT 1 FROM decision WHERE decision.application_id = NEW.application_id"
        " AND decision.step = 'claim_finance' AND decision.account_id = NEW.paid_by)"
    ),
    "decision": (
        "NEW.step = 'claim_finance' AND EXISTS (SELECT 1 FROM payment"
        " WHERE payment.application_id = NEW.application_id AND payment.paid_by = NEW.account_id)"
    ),
}
_PAYER_COLUMNS = {
    "payment": "application_id, paid_by",
    "decision": "application_id, step, account_id",
}


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _upgrade_sqlite()
    else:
        _upgrade_postgresql()


def _upgrade_sqlite() -> None:
    for action in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER audit_entry_no_{action.lower()} BEFORE {action} ON audit_entry "
            f"BEGIN SELECT RAISE(ABORT, '{_AUDIT_MESSAGE}'); END"
        )
    op.execute(
        f"CREATE TRIGGER audit_entry_no_replace BEFORE INSERT ON audit_entry WHEN {_AUDIT_TAKEN} "
        f"BEGIN SELECT RAISE(ABORT, '{_AUDIT_MESSAGE}'); END"
    )
    for table, condition in _PAYER_GUARDS.items():
        for action, when in (("insert", "INSERT"), ("update", f"UPDATE OF {_PAYER_COLUMNS[table]}")):
            op.execute(
                f"CREATE TRIGGER {table}_by_another_{action} BEFORE {when} ON {table} WHEN {condition} "
                f"BEGIN SELECT RAISE(ABORT, '{_PAYER_MESSAGE}'); END"
            )


def _upgrade_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_AUDIT_MESSAGE}' {_INTEGRITY}; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_entry_no_change BEFORE UPDATE OR DELETE ON audit_entry "
        "FOR EACH ROW EXECUTE FUNCTION refuse_audit_change()"
    )
    op.execute(
        "CREATE TRIGGER audit_entry_no_truncate BEFORE TRUNCATE ON audit_entry "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()"
    )
    for table, condition in _PAYER_GUARDS.items():
        op.execute(
            f"CREATE FUNCTION refuse_reviewing_payer_{table}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN IF {condition} THEN RAISE EXCEPTION '{_PAYER_MESSAGE}' {_INTEGRITY}; END IF; "
            "RETURN NEW; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {table}_by_another BEFORE INSERT OR UPDATE OF {_PAYER_COLUMNS[table]} "
            f"ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_reviewing_payer_{table}()"
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for name in ("audit_entry_no_update", "audit_entry_no_delete", "audit_entry_no_replace"):
            op.execute(f"DROP TRIGGER {name}")
        for table in _PAYER_GUARDS:
            op.execute(f"DROP TRIGGER {table}_by_another_insert")
            op.execute(f"DROP TRIGGER {table}_by_another_update")
        return
    for table in _PAYER_GUARDS:
        op.execute(f"DROP TRIGGER {table}_by_another ON {table}")
        op.execute(f"DROP FUNCTION refuse_reviewing_payer_{table}()")
    op.execute("DROP TRIGGER audit_entry_no_truncate ON audit_entry")
    op.execute("DROP TRIGGER audit_entry_no_change ON audit_entry")
    op.execute("DROP FUNCTION refuse_audit_change()")
