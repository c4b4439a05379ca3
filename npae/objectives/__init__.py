"""What training minimises: losses of the reconstruction, penalties on the code, and their sum."""
