"""One folder for each exercise; `npae.exercises.order` lists them in their order."""
