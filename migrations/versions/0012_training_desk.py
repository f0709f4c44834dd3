"""Bookings of people without an account, absences that are excused, codes typed at the door, taps sent later."""

import sqlalchemy as sa
from alembic import op

revision = "0012_training_desk"
down_revision = "0011_exams"
branch_labels = None
depends_on = None

HOLDS_SEATS = "('booked', 'offered', 'attended', 'absent')"


def checks() -> list[sa.CheckConstraint]:
    """SQLite makes the table anew, and the checks of the old one are not read from it."""
    return [sa.CheckConstraint("seats > 0", name=op.f("ck_bookings_seats"))]


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    with op.batch_alter_table("bookings", table_args=checks()) as table:
        table.alter_column("conversation_id", existing_type=sa.Integer(), nullable=True)
        table.add_column(sa.Column("is_held_back", sa.Boolean(), server_default=sa.false(), nullable=False))
        table.add_column(sa.Column("excused_at", moment, nullable=True))
        table.add_column(sa.Column("wrong_code_count", sa.Integer(), server_default="0", nullable=False))
        table.add_column(sa.Column("wrong_code_at", moment, nullable=True))
    op.create_table(
        "door_taps",
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_door_taps_booking_id_bookings")),
        sa.PrimaryKeyConstraint("booking_id", "key", name=op.f("pk_door_taps")),
    )
    op.create_index(op.f("ix_users_phone"), "users", ["phone"])


def downgrade() -> None:
    op.drop_index(op.f("ix_users_phone"), table_name="users")
    op.drop_table("door_taps")
    # The older tables know nobody without a conversation.
    op.execute("DELETE FROM bookings WHERE conversation_id IS NULL")
    op.execute(
        "UPDATE course_sessions SET taken = (SELECT COALESCE(SUM(seats), 0) FROM bookings"
        f" WHERE bookings.session_id = course_sessions.id AND bookings.state IN {HOLDS_SEATS})"
    )
    with op.batch_alter_table("bookings", table_args=checks()) as table:
        table.drop_column("wrong_code_at")
        table.drop_column("wrong_code_count")
        table.drop_column("excused_at")
        table.drop_column("is_held_back")
        table.alter_column("conversation_id", existing_type=sa.Integer(), nullable=False)
