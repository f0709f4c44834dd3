"""WeChat as this product sees it: pushes in, passive replies and API calls out. Nothing else imports wechatpy."""
