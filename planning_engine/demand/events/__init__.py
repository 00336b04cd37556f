"""Promotions and other dated events: what they are and what they bring."""
