"""The market: posts, their publication, matches and what people think of them."""
