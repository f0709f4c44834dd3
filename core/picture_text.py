"""How reading a picture's words can fail."""


class PictureUnreadable(Exception):
    """This is no picture that can be read: another one may help, the same one never does."""


class PictureTextError(Exception):
    """The reader did not answer, or may not be asked again today: trying later is safe and may help."""
