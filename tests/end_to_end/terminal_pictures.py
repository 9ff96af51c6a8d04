"""What a terminal makes of what it is sent: pictures of three protocols and of coloured blocks, decoded again; and a PNG's pixels."""

import base64
import re
import struct
import zlib


class Picture:
    """Rows of bytes, three for each pixel."""

    def __init__(self, width, height, rows):
        self.width, self.height, self.rows = width, height, rows

    @property
    def size(self):
        return self.width, self.height

    def smaller(self, width, height):
        """Each pixel the mean of those it stands for."""
        rows = []
        columns = [x * self.width // width for x in range(width + 1)]
        for y in range(height):
            some = self.rows[y * self.height // height:(y + 1) * self.height // height]
            sums = [0] * (width * 3)
            for row in some:
                for channel in range(3):
                    of_channel = row[channel::3]
                    for x in range(width):
                        sums[3 * x + channel] += sum(of_channel[columns[x]:columns[x + 1]])
            counts = [len(some) * (columns[x + 1] - columns[x]) for x in range(width)]
            rows.append(bytes((sums[i] + counts[i // 3] // 2) // counts[i // 3] for i in range(width * 3)))
        return Picture(width, height, rows)

    def upside_down(self):
        return Picture(self.width, self.height, self.rows[::-1])

    def difference(self, other):
        """Of a channel of a pixel, on the average."""
        assert self.size == other.size, (self.size, other.size)
        return sum(abs(a - b) for one, two in zip(self.rows, other.rows) for a, b in zip(one, two)) / (self.width * self.height * 3)


def png(width, height, rows, *chunks):
    """Of rows of three bytes for each pixel; `chunks` (kind, content) stand before the pixels."""
    body = zlib.compress(b"".join(b"\0" + row for row in rows))
    parts = [(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)), *chunks, (b"IDAT", body), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content)) for kind, content in parts)


def picture_of_png(data):
    """Of 8 bit, RGB or RGBA, not interlaced: the sandbox draws such, and limn-view sends such. Alpha has to be full."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n", data[:8]
    at, body, head = 8, b"", None
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at:at + 8])
        content = data[at + 8:at + 8 + size]
        assert struct.unpack(">I", data[at + 8 + size:at + 12 + size])[0] == zlib.crc32(kind + content)
        head = content if kind == b"IHDR" else head
        body += content if kind == b"IDAT" else b""
        at += 12 + size
    width, height, depth, colours, _, _, interlaced = struct.unpack(">IIBBBBB", head)
    assert (depth, interlaced) == (8, 0) and colours in (2, 6), head
    channels = 3 if colours == 2 else 4
    raw, stride, rows = zlib.decompress(body), width * channels, []
    before = bytearray(stride)
    for y in range(height):
        kind = raw[y * (stride + 1)]
        row = bytearray(raw[y * (stride + 1) + 1:(y + 1) * (stride + 1)])
        if kind == 2:
            row = bytearray((a + b) & 255 for a, b in zip(row, before))
        elif kind:
            for i in range(stride):
                left = row[i - channels] if i >= channels else 0
                above = before[i]
                corner = before[i - channels] if i >= channels else 0
                row[i] = (row[i] + (left if kind == 1 else (left + above) // 2 if kind == 3 else _paeth(left, above, corner))) & 255
        before = row
        if channels == 4:
            assert set(row[3::4]) == {255}
            rgb = bytearray(width * 3)
            for channel in range(3):
                rgb[channel::3] = row[channel::4]
            row = rgb
        rows.append(bytes(row))
    return Picture(width, height, rows)


def _paeth(left, above, corner):
    guess = left + above - corner
    return min((abs(guess - left), 0, left), (abs(guess - above), 1, above), (abs(guess - corner), 2, corner))[2]


class Kitty(dict):
    """The keys of the first chunk; `.picture`."""


def kitty_pictures(output):
    """Of bytes that a terminal was sent. Chunks are put together as kitty does, with its rules for them."""
    pictures, base64_text, keys = [], b"", None
    for control, payload in re.findall(rb"\x1b_G([^;\x1b]*);?([^\x1b]*)\x1b\\", output):
        these = dict(part.split("=") for part in control.decode().split(","))
        if these.get("a") == "q":
            continue
        assert len(payload) <= 4096, len(payload)
        assert these["q"] == "2", "the terminal would answer into the shell"
        if keys is None:
            assert these["a"] == "T" and these["f"] == "100", these
            keys = these
        else:
            assert set(these) <= {"m", "q"}, these
        base64_text += payload
        if these["m"] == "0":
            picture = Kitty(keys)
            picture.picture = picture_of_png(base64.b64decode(base64_text, validate=True))
            pictures.append(picture)
            base64_text, keys = b"", None
        else:
            assert len(payload) % 4 == 0
    assert keys is None, "a picture has no end"
    return pictures


def iterm2_pictures(output):
    """Keys and picture of each inline image."""
    pictures = []
    for arguments, content in re.findall(rb"\x1b\]1337;File=([^:]*):([^\a\x1b]*)\a", output):
        keys = dict(part.split("=") for part in arguments.decode().split(";"))
        data = base64.b64decode(content, validate=True)
        assert int(keys["size"]) == len(data), keys
        assert keys["inline"] == "1", keys
        pictures.append((keys, picture_of_png(data)))
    return pictures


def sixel_pictures(output):
    return [_sixels(body) for body in re.findall(rb"\x1bP[0-9;]*q([^\x1b]*)\x1b\\", output)]


def _sixels(body):
    width, height = map(int, re.match(rb'"\d+;\d+;(\d+);(\d+)', body).groups())
    canvas = [[None] * width for _ in range(height)]
    palette, colour, x, y = {}, None, 0, 0
    for number, definition, count, character in _sixel_words(body):
        if number:
            colour = int(number)
            if definition:
                kind, *parts = map(int, definition.strip(b";").split(b";"))
                assert kind == 2, "percent of red, green and blue"
                palette[colour] = tuple((part * 255 + 50) // 100 for part in parts)
        elif character == b"$":
            x = 0
        elif character == b"-":
            x, y = 0, y + 6
        else:
            bits = character[0] - 63
            for _ in range(int(count or 1)):
                for i in range(6):
                    if bits >> i & 1:
                        canvas[y + i][x] = palette[colour]
                x += 1
    rows = []
    for row in canvas:
        if None in row:
            assert set(row) == {None}, "holes"
            break
        rows.append(b"".join(map(bytes, row)))
    return Picture(width, len(rows), rows)


def _sixel_words(body):
    for match in re.finditer(rb'"[\d;]*|#(\d+)((?:;\d+)*)|(?:!(\d+))?([?-~])|([$-])', body):
        number, definition, count, sixel, move = match.groups()
        if match.group().startswith(b'"'):
            continue
        yield number, definition, count, sixel or move


# Which quarters of a cell have the foreground's colour: left and right of the upper half, then of the lower.
_BLOCKS = {" ": "0000", "█": "1111", "▀": "1100", "▄": "0011", "▌": "1010", "▐": "0101", "▘": "1000", "▝": "0100", "▖": "0010", "▗": "0001",
           "▚": "1001", "▞": "0110", "▛": "1110", "▜": "1101", "▙": "1011", "▟": "0111"}


def blocks_picture(text):
    """Of lines of coloured blocks: a picture of twice as many pixels either way as there are cells."""
    rows = []
    for line in text.split("\r\n"):
        foreground = background = (0, 0, 0)
        upper, lower = [], []
        for codes, character in re.findall("\x1b\\[([0-9;]*)m|(.)", line):
            if character:
                colours = [foreground if quarter == "1" else background for quarter in _BLOCKS[character]]
                upper += colours[:2]
                lower += colours[2:]
                continue
            numbers = [int(n) for n in codes.split(";") if n]
            while numbers:
                number = numbers.pop(0)
                if number in (38, 48):
                    if numbers.pop(0) == 2:
                        colour, numbers = tuple(numbers[:3]), numbers[3:]
                    else:
                        colour = _of_256(numbers.pop(0))
                    foreground, background = (colour, background) if number == 38 else (foreground, colour)
                else:
                    assert number == 0, codes
        if upper:
            rows += [b"".join(map(bytes, upper)), b"".join(map(bytes, lower))]
    return Picture(len(rows[0]) // 3, len(rows), rows)


def _of_256(number):
    assert number >= 16, "one of the user's own colours"
    if number >= 232:
        return (8 + 10 * (number - 232),) * 3
    steps = (0, 95, 135, 175, 215, 255)
    return steps[(number - 16) // 36], steps[(number - 16) // 6 % 6], steps[(number - 16) % 6]
