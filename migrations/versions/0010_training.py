"""Courses, their sessions, and bookings."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010_training"
down_revision = "0009_case_minutes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "courses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=30), nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("track", sa.String(length=20), nullable=False),
        sa.Column("summary", sa.String(length=500), nullable=False),
        sa.Column("audience", sa.String(length=120), nullable=False),
        sa.Column("follows", sa.String(length=30), nullable=True),
        sa.Column("is_demonstration", sa.Boolean(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courses")),
        sa.UniqueConstraint("code", name=op.f("uq_courses_code")),
    )
    op.create_index(op.f("ix_courses_track"), "courses", ["track"])
    op.create_table(
        "course_sessions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", moment, nullable=False),
        sa.Column("ends_at", moment, nullable=False),
        sa.Column("enrolment_opens_at", moment, nullable=False),
        sa.Column("enrolment_closes_at", moment, nullable=False),
        sa.Column("cancel_until", moment, nullable=False),
        sa.Column("speaker", sa.String(length=60), nullable=False),
        sa.Column("is_online", sa.Boolean(), nullable=False),
        sa.Column("place", sa.String(length=120), nullable=True),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("live_url", sa.String(length=300), nullable=True),
        sa.Column("replay_url", sa.String(length=300), nullable=True),
        sa.Column("region", sa.String(length=60), nullable=True),
        sa.Column("price_fen", sa.Integer(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("questions", json, nullable=False),
        sa.Column("materials", json, nullable=False),
        sa.Column("cancelled_at", moment, nullable=True),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("taken >= 0 AND taken <= capacity", name=op.f("ck_course_sessions_seats")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_course_sessions_times")),
        sa.ForeignKeyConstraint(["course_id"], ["courses.id"], name=op.f("fk_course_sessions_course_id_courses")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_sessions")),
        sa.UniqueConstraint("public_id", name=op.f("uq_course_sessions_public_id")),
    )
    op.create_index(op.f("ix_course_sessions_course_id"), "course_sessions", ["course_id"])
    op.create_index("ix_course_sessions_starts_at", "course_sessions", ["starts_at"])
    op.create_table(
        "bookings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=True),
        sa.Column("conversation_id", sa.Integer(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("is_live", sa.Boolean(), nullable=True),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("answers", json, nullable=False),
        sa.Column("offer_until", moment, nullable=True),
        sa.Column("reminded_day_at", moment, nullable=True),
        sa.Column("reminded_hour_at", moment, nullable=True),
        sa.Column("checked_in_at", moment, nullable=True),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("changed_at", moment, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("seats > 0", name=op.f("ck_bookings_seats")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["course_sessions.id"], name=op.f("fk_bookings_session_id_course_sessions")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_bookings_user_id_users")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_bookings_company_id_companies")),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_bookings_conversation_id_conversations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bookings")),
        sa.UniqueConstraint("number", name=op.f("uq_bookings_number")),
        sa.UniqueConstraint("session_id", "user_id", "is_live", name=op.f("uq_bookings_session_id_user_id_is_live")),
    )
    op.create_index(op.f("ix_bookings_user_id"), "bookings", ["user_id"])
    op.create_index(op.f("ix_bookings_company_id"), "bookings", ["company_id"])
    op.create_index("ix_bookings_session_id_state_id", "bookings", ["session_id", "state", "id"])
    op.create_index(
        "ix_bookings_offer_until", "bookings", ["offer_until"], postgresql_where=sa.text("offer_until IS NOT NULL")
    )
    op.create_table(
        "session_broadcasts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.String(length=600), nullable=False),
        sa.Column("seat_text", sa.String(length=400), nullable=True),
        sa.Column("states", json, nullable=False),
        sa.Column("sent_count", sa.Integer(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("done_at", moment, nullable=True),
        sa.ForeignKeyConstraint(
            ["session_id"], ["course_sessions.id"], name=op.f("fk_session_broadcasts_session_id_course_sessions")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_session_broadcasts_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_broadcasts")),
    )
    op.create_index(op.f("ix_session_broadcasts_session_id"), "session_broadcasts", ["session_id"])
    op.create_table(
        "broadcast_recipients",
        sa.Column("broadcast_id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.Integer(), nullable=False),
        sa.Column("has_seat", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["broadcast_id"],
            ["session_broadcasts.id"],
            name=op.f("fk_broadcast_recipients_broadcast_id_session_broadcasts"),
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_broadcast_recipients_conversation_id_conversations"),
        ),
        sa.PrimaryKeyConstraint("broadcast_id", "conversation_id", name=op.f("pk_broadcast_recipients")),
    )


def downgrade() -> None:
    op.drop_table("broadcast_recipients")
    op.drop_table("session_broadcasts")
    op.drop_table("bookings")
    op.drop_table("course_sessions")
    op.drop_table("courses")
