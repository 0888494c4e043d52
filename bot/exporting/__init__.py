"""The plan in the formats that people use: .xlsx, .docx, .pdf, .csv and .json."""
