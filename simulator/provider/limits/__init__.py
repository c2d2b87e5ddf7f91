"""Rate-limit styles: what a provider reserves when a request arrives, what it settles, and which headers say so."""
