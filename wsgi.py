"""The web process: `gunicorn wsgi:app`."""

from app import create_app
from core.config import Settings

app = create_app(Settings.from_env())
app.extensions["resources"].answerer.warm_up()
