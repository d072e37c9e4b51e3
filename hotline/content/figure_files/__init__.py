"""Files of figures that are more than text: workbooks, and the file that says by which ids DHIS2 knows them."""
