"""Refused: what the operating system would not do with a file, in Chinese and English, with what to do next.

Place in the flow: leftmost; whoever opens files that a person named asks for these words.
"""

import errno
from collections.abc import Mapping
from pathlib import Path

_DENIED = (
    "没有权限。请检查它和所在文件夹的权限",
    "permission denied. Check its permissions and those of its folder",
)
_ABSENT = ("路径不存在。请检查路径和文件名", "there is no such path. Check the path and the name")
_NO_FOLDER = ("不是文件夹。请换一个位置", "not a folder. Name another place")
_WORDS: Mapping[int, tuple[str, str]] = {
    errno.EACCES: _DENIED,
    errno.EPERM: _DENIED,
    errno.ENOENT: _ABSENT,
    errno.ENOTDIR: _NO_FOLDER,
    errno.EEXIST: _NO_FOLDER,
    errno.EISDIR: ("是一个文件夹。请写文件名", "a folder. Name a file"),
    errno.ENAMETOOLONG: ("名称太长。请改短", "the name is too long. Shorten it"),
    errno.EROFS: ("所在的磁盘只能读。请换一个位置", "its disk is read-only. Name another place"),
    errno.ENOSPC: ("磁盘已满。请腾出空间后重试", "the disk is full. Make room and try again"),
}


def refused(error: OSError, path: Path | str | None = None) -> tuple[str, str]:
    """Return in zh and en which path was refused, why, and what to do; the error's own path where none is given."""
    name = error.filename if path is None else path
    if error.errno is not None and error.errno in _WORDS:
        zh, en = _WORDS[error.errno]
    else:
        said = error.strerror or str(error)
        zh, en = f"{said}。请检查后重试", f"{said}. Check it and try again"
    return f"“{name}”：{zh}。", f"“{name}”: {en}."
