"""SARs and plans as people keep them, understood: files in, a document out, nothing written."""
