"""bill, project, prices: dollars without sending a request."""
