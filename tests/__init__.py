"""The tests; the folders mirror the product. Every folder is a package, so that file names may repeat."""
