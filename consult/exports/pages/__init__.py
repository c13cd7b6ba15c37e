"""What can be downloaded: the page for people, the files, the catalogue for harvesters."""
