"""What the recorder costs against a bare subscriber that only counts frames."""
