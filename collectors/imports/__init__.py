"""Mentions that other tools exported, whatever they wrote them in."""
