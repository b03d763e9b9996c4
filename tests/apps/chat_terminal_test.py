"""fusebox chat on a terminal: Ctrl-C stops the reply and not the program.

    python3 tests/apps/chat_terminal_test.py PROGRAM MODEL PLUGIN
"""

import os
import pty
import select
import signal
import subprocess
import sys
import time
import unittest

PROGRAM, MODEL, PLUGIN = sys.argv[1:4]
CHAT = [PROGRAM, "chat", MODEL, "--plugin", PLUGIN, "--context", "2048", "--temp", "0"]
PATIENCE = 120  # seconds; programs may have to be compiled


class Terminal:
    """The program with a terminal of its own."""

    def __init__(self, command):
        self.pid, self.end = pty.fork()
        if self.pid == 0:
            signal.signal(signal.SIGINT, signal.SIG_DFL)  # whoever runs the tests in the background ignores it
            os.environ.update(TERM="xterm", NO_COLOR="1")
            os.execv(command[0], command)
        self.seen = b""

    def type(self, text):
        os.write(self.end, text)

    def read(self):
        """What comes next; nothing if the program has closed its end."""
        if not select.select([self.end], [], [], 1)[0]:
            return True
        try:
            piece = os.read(self.end, 4096)
        except OSError:
            return False
        self.seen += piece
        return bool(piece)

    def wait_for(self, text):
        """Reads until `text` came and forgets all up to it."""
        deadline = time.monotonic() + PATIENCE
        while text not in self.seen:
            if not self.read() or time.monotonic() > deadline:
                raise AssertionError(f"{text!r} did not come; there is {self.seen!r}")
        self.seen = self.seen[self.seen.index(text) + len(text):]

    def exit_code(self):
        while self.read():
            pass
        os.close(self.end)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


class ChatOnATerminal(unittest.TestCase):
    def test_ctrl_c_stops_the_reply_and_twice_leaves(self):
        chat = Terminal(CHAT)
        chat.wait_for(b">>> ")
        chat.type(b"Write a long story about the sea.\r")
        chat.wait_for(b"sea.\r\n")
        while len(chat.seen) < 20:
            chat.read()
        chat.type(b"\x03")
        chat.wait_for(b"stopped]")
        chat.wait_for(b">>> ")
        chat.type(b"/system Be brief.\r")
        chat.wait_for(b">>> ")
        chat.type(b"/system\r")
        chat.wait_for(b"Be brief.")
        chat.wait_for(b">>> ")
        chat.type(b"half a line\x03")
        chat.wait_for(b"Ctrl-C again or Ctrl-D leaves")
        chat.wait_for(b">>> ")
        chat.type(b"\x03")
        self.assertEqual(chat.exit_code(), 0)

    def test_ctrl_d_leaves(self):
        chat = Terminal(CHAT)
        chat.wait_for(b">>> ")
        chat.type(b"\x04")
        self.assertEqual(chat.exit_code(), 0)

    def test_an_interrupted_answer_is_exit_code_130(self):
        with subprocess.Popen(CHAT + ["--prompt", "Write a long story about the sea."], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL) as chat:
            first = chat.stdout.read(1)
            chat.send_signal(signal.SIGINT)
            rest = chat.stdout.read()
        self.assertEqual(chat.returncode, 130)
        self.assertTrue(first)
        self.assertTrue(rest.endswith(b"\n"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
