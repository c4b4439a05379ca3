"""The operations under the layers, three versions of each side by side."""
