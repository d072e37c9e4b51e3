"""The pages of figures: the room's, those that leave the line, and who may see them."""
