"""Commands for whoever writes words and menus."""
