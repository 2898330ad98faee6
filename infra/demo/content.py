"""What stands in a demo desk: requests as customers of a small maker of bicycle lights would write them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Request:
    """`reply` and `note` are what the agents did about it; `assignee` is an agent's address, "" for nobody."""

    name: str
    address: str
    language: str
    subject: str
    text: str
    assignee: str = ""
    priority: str = "medium"
    note: str = ""
    reply: str = ""
    then: str = ""


REQUESTS = (
    Request(
        "이서연",
        "seoyeon@customer.example",
        "ko",
        "전조등이 충전되지 않아요",
        "안녕하세요. 지난주에 산 전조등이 밤새 충전해도 빨간불만 깜빡입니다.\n"
        "케이블도 바꿔 봤어요. 주문 번호는 2026-1107입니다.",
        assignee="minjun@example.com",
        priority="high",
        note="같은 생산분에서 세 번째 문의. 창고에 재고 확인 부탁함.",
        reply="이서연 님, 불편을 드려 죄송합니다.\n\n"
        "전원 단추를 **10초** 누르면 충전 회로가 다시 시작됩니다. 해 보시고 알려 주시겠어요?",
        then="pending",
    ),
    Request(
        "Tom Baker",
        "tom@customer.example",
        "en",
        "Rear light arrived broken",
        "Hi, the rear light's mount is snapped in half. The box looked fine."
        " Can you send another one?\n\nOrder 2026-1112",
        assignee="emma@example.com",
        reply="Sorry about that, Tom. A new mount leaves our warehouse today; you need not send anything back.",
        then="resolved",
    ),
    Request(
        "정하늘",
        "haneul@customer.example",
        "ko",
        "세금계산서를 발행해 주세요",
        "법인 카드로 전조등 40개를 샀습니다. 세금계산서가 필요합니다.",
        priority="low",
    ),
    Request(
        "Aiko Tanaka",
        "aiko@customer.example",
        "en",
        "Website does not take my card",
        "Your shop says 'payment refused' for all of my cards since this morning. My bank says nothing is wrong.",
        priority="urgent",
    ),
)

MAILS = (
    """From: Lena Roth <lena@customer.example>
To: Support <support@deskbell.test>
Subject: Which lamp fits a cargo bike?
Date: Fri, 20 Nov 2026 09:12:00 +0100
Message-ID: <demo-1@customer.example>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

Hello,

my cargo bike has a 35 mm handlebar. Do your clamps fit, or is there an adapter?

Thanks
Lena
""",
    """From: =?utf-8?B?7LWc7KeA7Jqw?= <jiwoo@customer.example>
To: support@deskbell.test
Subject: =?utf-8?B?67Cw7IahIOyjvOyGjCDrs4Dqsr0=?=
Date: Fri, 20 Nov 2026 17:40:00 +0900
Message-ID: <demo-2@customer.example>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

주문 2026-1119의 배송 주소를 회사로 바꿀 수 있을까요?
서울시 마포구 양화로 45, 3층입니다.
""",
)


@dataclass(frozen=True)
class Article:
    title: str
    language: str
    body: str


ARTICLES = (
    Article(
        "전조등이 충전되지 않을 때",
        "ko",
        "빨간불만 깜빡이면 충전 회로가 멈춘 것입니다.\n\n"
        "1. 케이블을 뽑습니다.\n2. 전원 단추를 **10초** 누릅니다.\n3. 다시 꽂으면 초록불이 켜집니다.\n\n"
        "그래도 켜지지 않으면 [문의](/new)해 주세요. 바꿔 드립니다.",
    ),
    Article(
        "The light does not charge",
        "en",
        "A blinking red light means that charging has stopped.\n\n"
        "1. Unplug the cable.\n2. Hold the power button for **ten seconds**.\n"
        "3. Plug it in again: the light turns green.\n\n"
        "If it stays red, [write to us](/new) and we replace it.",
    ),
    Article(
        "Which handlebars fit",
        "en",
        "Our clamp fits handlebars of 22 to 32 mm. For wider ones, up to 40 mm, there is a free adapter: "
        "[ask for one](/new).",
    ),
)


@dataclass(frozen=True)
class Shortcut:
    """A macro for everybody; without `status` and `kind` a canned reply."""

    name: str
    text: str
    status: str = ""
    kind: str = ""


SHORTCUTS = (
    Shortcut(
        "Ask for the order number",
        "Hello {customer.name},\n\nthank you for writing to {desk.name}. Which is your order number? "
        "It stands at the top of the invoice.",
        status="pending",
    ),
    Shortcut(
        "A replacement is on its way",
        "Hello {customer.name},\n\nyour replacement left us today with the parcel number {parcel number}.",
        status="resolved",
        kind="claim",
    ),
    Shortcut("감사 인사", "{customer.name} 님, 문의해 주셔서 감사합니다. {ticket.due}까지 해결해 드리겠습니다."),
)
