"""Login."""

from typing import Annotated

from pydantic import ConfigDict, Field, StringConstraints

from miniapp_api.schemas.common import Input, Output

Code = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[!-~]+$")]


class LoginIn(Input):
    model_config = ConfigDict(json_schema_extra={"examples": [{"code": "0a3Xyz1w3abcDE2"}]})

    code: Code = Field(description="wx.login 得到的 code,5分钟内有效,只能用一次")


class PhoneIn(Input):
    model_config = ConfigDict(json_schema_extra={"examples": [{"code": "5b7Kqv0p5Qm2o1c9"}]})

    code: Code = Field(description="手机号按钮(open-type=getPhoneNumber)得到的 code,不是 wx.login 的,只能用一次")


class PhoneOut(Output):
    phone: str = Field(description="已经记下的手机号,中间几位不显示", examples=["138****8000"])


class RefreshIn(Input):
    model_config = ConfigDict(json_schema_extra={"examples": [{"refresh_token": "wZ3o…"}]})

    refresh_token: Annotated[str, StringConstraints(min_length=1, max_length=200)] = Field(
        description="上次登录或刷新得到的 refresh_token,只能用一次"
    )


class TokensOut(Output):
    access_token: str = Field(description="放在 Authorization: Bearer 里", examples=["kq0c…"])
    refresh_token: str = Field(description="换新令牌用,只能用一次,30天内有效", examples=["wZ3o…"])
    expires_in: int = Field(description="access_token 还有多少秒到期", examples=[7200])
