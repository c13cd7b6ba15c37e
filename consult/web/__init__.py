"""Everything that knows HTTP and is no feature: rendering, forms, gates, cookies, headers, the page cache."""
