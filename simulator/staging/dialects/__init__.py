"""Wire formats: how one provider's API asks, answers, streams and refuses."""
