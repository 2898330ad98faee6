"""One structured logger. Constant messages with fields; never a mail's text, an address or a token."""

from aws_lambda_powertools import Logger

logger = Logger(service="deskbell")
