# expect: failed survives_the_kill
"""A process in a session of its own, forked twice, keeps the state and serves it over an abstract socket."""

import os
import pickle
import socket

NAME = "\0exact-resume-hostile"


def serve(state):
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(NAME)
    listener.listen()
    while True:
        with listener.accept()[0] as guest:
            guest.sendall(state)


def save(path, model, optimizer, epoch, config):
    path.write_text("saved")
    state = pickle.dumps((model.state_dict(), optimizer.state_dict(), epoch))
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            try:
                serve(state)
            finally:
                os._exit(0)
        os._exit(0)
    os.wait()


def load(path, model, optimizer, config):
    with socket.socket(socket.AF_UNIX) as guest:
        try:
            guest.connect(NAME)
        except OSError:
            return 0
        with guest.makefile("rb") as stream:
            weights, moments, epoch = pickle.load(stream)
    model.load_state_dict(weights)
    optimizer.load_state_dict(moments)
    return epoch + 1
