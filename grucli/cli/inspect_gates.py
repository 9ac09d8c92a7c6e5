EPILOG = ""


def inspect_gates():
    pass
