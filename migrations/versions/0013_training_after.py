"""After a session: what who came says of it, certificates, replay and materials, questions asked while it went on."""

import sqlalchemy as sa
from alembic import op

revision = "0013_training_after"
down_revision = "0012_training_desk"
branch_labels = None
depends_on = None


def checks() -> list[sa.CheckConstraint]:
    """SQLite makes the table anew, and the checks of the old one are not read from it."""
    return [sa.CheckConstraint("seats > 0", name=op.f("ck_bookings_seats"))]


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    with op.batch_alter_table("courses") as batch:
        batch.add_column(sa.Column("gives_certificate", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("courses") as batch:
        # What a course gives is said by whoever writes it, not by the database.
        batch.alter_column("gives_certificate", existing_type=sa.Boolean(), server_default=None)
    op.add_column("course_sessions", sa.Column("materials_told_at", moment, nullable=True))
    with op.batch_alter_table("bookings", table_args=checks()) as batch:
        batch.add_column(sa.Column("feedback_asked_at", moment, nullable=True))
        batch.add_column(sa.Column("satisfaction", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("remark", sa.String(length=200), nullable=True))
        batch.add_column(sa.Column("rated_at", moment, nullable=True))
        batch.create_check_constraint(op.f("ck_bookings_satisfaction"), "satisfaction BETWEEN 1 AND 3")
    op.create_table(
        "certificates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("holder", sa.String(length=30), nullable=False),
        sa.Column("course_title", sa.String(length=80), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("storage_key", sa.String(length=32), nullable=True),
        sa.Column("size_bytes", sa.Integer(), nullable=True),
        sa.Column("issued_at", moment, nullable=False),
        sa.Column("revoked_at", moment, nullable=True),
        sa.Column("revoked_by_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=150), nullable=True),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_certificates_booking_id_bookings")),
        sa.ForeignKeyConstraint(["revoked_by_id"], ["staff.id"], name=op.f("fk_certificates_revoked_by_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificates")),
        sa.UniqueConstraint("number", name=op.f("uq_certificates_number")),
    )
    op.create_index("ix_certificates_booking_id", "certificates", ["booking_id"])
    op.create_table(
        "session_questions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=200), nullable=False),
        sa.Column("asked_at", moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["course_sessions.id"], name=op.f("fk_session_questions_session_id_course_sessions")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_session_questions_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_questions")),
    )
    op.create_index("ix_session_questions_session_id", "session_questions", ["session_id"])
    op.create_index("ix_session_questions_user_id", "session_questions", ["user_id"])


def downgrade() -> None:
    op.drop_table("session_questions")
    op.drop_table("certificates")
    with op.batch_alter_table("bookings", table_args=checks()) as batch:
        batch.drop_constraint(op.f("ck_bookings_satisfaction"), type_="check")
        for name in ("rated_at", "remark", "satisfaction", "feedback_asked_at"):
            batch.drop_column(name)
    with op.batch_alter_table("course_sessions") as batch:
        batch.drop_column("materials_told_at")
    with op.batch_alter_table("courses") as batch:
        batch.drop_column("gives_certificate")
