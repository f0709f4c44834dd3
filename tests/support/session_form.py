"""The form of a training session at the desk, as a browser would send it back."""

import re


def form_of(page: str) -> dict[str, str]:
    """What the edit form of a page would send: what is typed into, what is chosen, what is ticked."""
    edit = page[page.index("修改这一场") :]
    edit = edit[: edit.index("</form>")]
    fields = dict(re.findall(r'name="([a-z_0-9]+)" value="([^"]*)"', edit))
    boxes = dict(re.findall(r'type="checkbox" name="([a-z_0-9]+)" value="yes"( checked)?', edit))
    fields = {name: value for name, value in fields.items() if name not in boxes or boxes[name]}
    for name, options in re.findall(r'<select name="(question_\d_kind)">(.*?)</select>', edit):
        fields[name] = re.findall(r'value="(\w+)" selected', options)[0]
    return {name: value for name, value in fields.items() if name != "csrf_token"}
