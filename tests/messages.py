"""Messages as they are compared: the folders of a test are nobody's business."""

import re
from pathlib import Path


def inside(folder: Path, message: str) -> str:
    """Return a message whose paths begin inside of a folder, however much of it was shown."""
    return re.sub(rf"[^\s'(]*{re.escape(folder.name)}/", "", message)
