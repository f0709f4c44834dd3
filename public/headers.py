"""What a page for everybody may load: nothing inline, nothing from elsewhere, never in a frame."""

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
# For a page that asks for news of itself.
ASKING_POLICY = f"{POLICY}; connect-src 'self'"
# For a page with a form that is sent to ourselves.
SENDING_POLICY = POLICY.replace("form-action 'none'", "form-action 'self'")
