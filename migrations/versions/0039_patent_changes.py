"""What patents said before an import changed them, and how far each watch has looked at such changes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0039_patent_changes"
down_revision = "0038_secrecy_promises"
branch_labels = None
depends_on = None


def upgrade() -> None:
    json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    op.create_table(
        "patent_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("patent_id", sa.Integer(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("before", json, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["patent_id"], ["patents.id"], name=op.f("fk_patent_changes_patent_id_patents")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patent_changes")),
        sa.UniqueConstraint("patent_id", "serial", name=op.f("uq_patent_changes_patent_id_serial")),
    )
    op.create_index("ix_patent_changes_serial", "patent_changes", ["serial"])
    op.add_column("watches", sa.Column("after_serial", sa.Integer(), nullable=False, server_default="0"))
    # What changed before this day is told to nobody.
    op.execute("UPDATE watches SET after_serial = (SELECT COALESCE(MAX(change_serial), 0) FROM patents)")


def downgrade() -> None:
    op.drop_column("watches", "after_serial")
    op.drop_table("patent_changes")
