# expect: failed cannot_import
"""Python cannot even read it."""


def save(path, model, optimizer, epoch, config:
    pass
