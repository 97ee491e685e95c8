"""What no key or check can say: the audit trail is only ever appended to, and no reviewer of finance pays."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_AUDIT_MESSAGE = "audit entries are appended, never changed or removed"
_PAYER_MESSAGE = "who reviewed for finance does not pay"
_PAYER_CONDITION = (
    "EXISTS (SELECT 1 FROM decision WHERE decision.application_id = NEW.application_id"
    " AND decision.step = 'claim_finance' AND decision.account_id = NEW.paid_by)"
)


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for action in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_entry_no_{action.lower()} BEFORE {action} ON audit_entry "
                f"BEGIN SELECT RAISE(ABORT, '{_AUDIT_MESSAGE}'); END"
            )
        op.execute(
            f"CREATE TRIGGER payment_by_another BEFORE INSERT ON payment WHEN {_PAYER_CONDITION} "
            f"BEGIN SELECT RAISE(ABORT, '{_PAYER_MESSAGE}'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_AUDIT_MESSAGE}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_entry_no_change BEFORE UPDATE OR DELETE ON audit_entry "
        "FOR EACH ROW EXECUTE FUNCTION refuse_audit_change()"
    )
    op.execute(
        "CREATE TRIGGER audit_entry_no_truncate BEFORE TRUNCATE ON audit_entry "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()"
    )
    op.execute(
        "CREATE FUNCTION refuse_reviewing_payer() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF {_PAYER_CONDITION} THEN RAISE EXCEPTION '{_PAYER_MESSAGE}' "
        "USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER payment_by_another BEFORE INSERT ON payment "
        "FOR EACH ROW EXECUTE FUNCTION refuse_reviewing_payer()"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for name in ("audit_entry_no_update", "audit_entry_no_delete", "payment_by_another"):
            op.execute(f"DROP TRIGGER {name}")
        return
    op.execute("DROP TRIGGER payment_by_another ON payment")
    op.execute("DROP TRIGGER audit_entry_no_truncate ON audit_entry")
    op.execute("DROP TRIGGER audit_entry_no_change ON audit_entry")
    op.execute("DROP FUNCTION refuse_reviewing_payer()")
    op.execute("DROP FUNCTION refuse_audit_change()")
