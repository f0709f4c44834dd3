"""Companies have an id to pass on and their unified social credit code."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0006_company_codes"
down_revision = "0005_answer_notices"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("companies") as table:
        table.add_column(sa.Column("public_id", sa.String(length=32), nullable=True))
        table.add_column(sa.Column("credit_code", sa.String(length=18), nullable=True))
    companies = sa.table("companies", sa.column("id", sa.Integer), sa.column("public_id", sa.String))
    connection = op.get_bind()
    for (row_id,) in connection.execute(sa.select(companies.c.id)).all():
        named = companies.update().where(companies.c.id == row_id).values(public_id=secrets.token_urlsafe(16))
        connection.execute(named)
    with op.batch_alter_table("companies") as table:
        table.alter_column("public_id", existing_type=sa.String(length=32), nullable=False)
        table.create_unique_constraint(op.f("uq_companies_public_id"), ["public_id"])
        table.create_unique_constraint(op.f("uq_companies_credit_code"), ["credit_code"])


def downgrade() -> None:
    with op.batch_alter_table("companies") as table:
        table.drop_constraint(op.f("uq_companies_credit_code"), type_="unique")
        table.drop_constraint(op.f("uq_companies_public_id"), type_="unique")
        table.drop_column("credit_code")
        table.drop_column("public_id")
