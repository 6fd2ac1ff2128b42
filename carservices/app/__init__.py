"""The SDK: what an app imports."""
