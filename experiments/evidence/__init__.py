"""Evidence: stylised facts that the model was told, was fitted to, or brings forth by itself, each against its target."""
