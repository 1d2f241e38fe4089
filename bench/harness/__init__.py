"""Runs dpo4j and its peers in turn and compares them. Plain Python, nothing to install."""
