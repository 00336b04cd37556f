"""Ranges around a plan when demand, yields and deliveries stray."""
