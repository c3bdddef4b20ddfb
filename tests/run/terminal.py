#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# terminal.py resume|end WORK N COMMAND... - runs COMMAND with its output on a
# terminal that is stopped (^S) before N events are made by WORK. Then it is
# let go on (^Q) and COMMAND is ended, or COMMAND is ended as it is. Prints how
# many lines came, and the exit status; COMMAND's messages go to the file
# `messages`.
import os
import signal
import subprocess
import sys
import termios
import threading
import time

LIMIT = 600  # seconds for what must happen


def wait_for_text(path, text, process):
    begun = time.monotonic()
    while time.monotonic() - begun < LIMIT:
        with open(path, "rb") as f:
            if text in f.read():
                return
        if process.poll() is not None:
            sys.exit("it has ended already")
        time.sleep(0.02)
    sys.exit("%r was not said" % text)


def read_all(fd, into):
    while True:
        try:
            data = os.read(fd, 65536)
        except OSError:  # nobody has the other end any more
            return
        if not data:
            return
        into.append(data)


def main():
    what, work, n, command = sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:]
    master, slave = os.openpty()
    mode = termios.tcgetattr(slave)
    mode[0] = termios.IXON
    mode[1] &= ~termios.OPOST
    mode[3] &= ~termios.ECHO
    termios.tcsetattr(slave, termios.TCSANOW, mode)
    output = []
    with open("messages", "wb") as err:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=slave, stderr=err)
    os.close(slave)
    reader = threading.Thread(target=read_all, args=(master, output))
    wait_for_text("messages", b"Attached", process)
    os.write(master, b"\x13")
    reader.start()
    subprocess.run([work, n], check=True)
    if what == "resume":
        os.write(master, b"\x11")
    process.send_signal(signal.SIGINT)
    status = process.wait(LIMIT)
    if what == "end":
        os.write(master, b"\x11")
    reader.join(LIMIT)
    print(b"".join(output).count(b"a line"), status)


main()
