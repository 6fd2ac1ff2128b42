"""The driving service: driving state and restrictions as AAOS has them."""
