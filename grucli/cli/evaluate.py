EPILOG = ""


def evaluate():
    pass
