"""Pictures of answers: ``drawing`` is the way in, with a module for each picture."""
