EPILOG = ""


def predict():
    pass
