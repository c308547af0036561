# expect: failed nothing_on_disk
"""The state is kept in an environment variable."""

import base64
import os
import pickle


def save(path, model, optimizer, epoch, config):
    os.environ["KEPT"] = base64.b64encode(
        pickle.dumps((model.state_dict(), optimizer.state_dict(), epoch))
    ).decode()


def load(path, model, optimizer, config):
    if "KEPT" not in os.environ:
        return 0
    weights, moments, epoch = pickle.loads(base64.b64decode(os.environ["KEPT"]))
    model.load_state_dict(weights)
    optimizer.load_state_dict(moments)
    return epoch + 1
