"""MTCNN: three small networks that find faces from coarse to fine.

Zhang et al., "Joint Face Detection and Alignment using Multitask Cascaded Convolutional Networks",
IEEE Signal Processing Letters 23 (2016), figure 2. The weights under `resources/models/` come from
the PyPI package `mtcnn` 1.0.0 (MIT); `core.models.convert_mtcnn` shows how.

All three take RGB in [-1, 1], N x 3 x H x W, and give a face logit (log odds of "face" against "no
face") and four box corrections: shifts of left, top, right and bottom as shares of the box.
"""

from __future__ import annotations

from torch import Tensor, nn


def _pool(kernel_px: int) -> nn.MaxPool2d:
    """Max pooling by two that keeps an incomplete last window, as the weights were trained."""
    return nn.MaxPool2d(kernel_px, stride=2, ceil_mode=True)


def _logit(scores: Tensor) -> Tensor:
    """Log odds of "face" from the scores of (no face, face) in dimension 1."""
    return scores[:, 1] - scores[:, 0]


class ProposalNet(nn.Module):
    """P-Net: slides a 12 px window over a picture in steps of 2 px."""

    window_px = 12
    stride_px = 2

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 10, 3)
        self.prelu1 = nn.PReLU(10)
        self.pool1 = _pool(2)
        self.conv2 = nn.Conv2d(10, 16, 3)
        self.prelu2 = nn.PReLU(16)
        self.conv3 = nn.Conv2d(16, 32, 3)
        self.prelu3 = nn.PReLU(32)
        self.box = nn.Conv2d(32, 4, 1)
        self.face = nn.Conv2d(32, 2, 1)

    def forward(self, picture: Tensor) -> tuple[Tensor, Tensor]:
        """Face logit N x h x w and box corrections N x 4 x h x w of each window position."""
        x = self.pool1(self.prelu1(self.conv1(picture)))
        x = self.prelu2(self.conv2(x))
        x = self.prelu3(self.conv3(x))
        return _logit(self.face(x)), self.box(x)


class RefinementNet(nn.Module):
    """R-Net: judges and corrects proposals, cut to 24 px."""

    crop_px = 24

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 28, 3)
        self.prelu1 = nn.PReLU(28)
        self.pool1 = _pool(3)
        self.conv2 = nn.Conv2d(28, 48, 3)
        self.prelu2 = nn.PReLU(48)
        self.pool2 = _pool(3)
        self.conv3 = nn.Conv2d(48, 64, 2)
        self.prelu3 = nn.PReLU(64)
        self.dense = nn.Linear(64 * 3 * 3, 128)
        self.prelu4 = nn.PReLU(128)
        self.box = nn.Linear(128, 4)
        self.face = nn.Linear(128, 2)

    def forward(self, crops: Tensor) -> tuple[Tensor, Tensor]:
        """Face logit (N) and box corrections (N x 4) of crops N x 3 x 24 x 24."""
        x = self.pool1(self.prelu1(self.conv1(crops)))
        x = self.pool2(self.prelu2(self.conv2(x)))
        x = self.prelu3(self.conv3(x))
        x = self.prelu4(self.dense(x.flatten(1)))
        return _logit(self.face(x)), self.box(x)


class OutputNet(nn.Module):
    """O-Net: the last word on faces cut to 48 px, with five landmarks."""

    crop_px = 48

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 32, 3)
        self.prelu1 = nn.PReLU(32)
        self.pool1 = _pool(3)
        self.conv2 = nn.Conv2d(32, 64, 3)
        self.prelu2 = nn.PReLU(64)
        self.pool2 = _pool(3)
        self.conv3 = nn.Conv2d(64, 64, 3)
        self.prelu3 = nn.PReLU(64)
        self.pool3 = _pool(2)
        self.conv4 = nn.Conv2d(64, 128, 2)
        self.prelu4 = nn.PReLU(128)
        self.dense = nn.Linear(128 * 3 * 3, 256)
        self.prelu5 = nn.PReLU(256)
        self.box = nn.Linear(256, 4)
        self.points = nn.Linear(256, 10)
        self.face = nn.Linear(256, 2)

    def forward(self, crops: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Face logit (N), box corrections (N x 4) and landmarks (N x 2 x 5) of 48 px crops.

        Landmarks are (five x, five y) as shares of the crop: left eye, right eye, nose, left and
        right mouth corner, as the viewer sees them.
        """
        x = self.pool1(self.prelu1(self.conv1(crops)))
        x = self.pool2(self.prelu2(self.conv2(x)))
        x = self.pool3(self.prelu3(self.conv3(x)))
        x = self.prelu4(self.conv4(x))
        x = self.prelu5(self.dense(x.flatten(1)))
        return _logit(self.face(x)), self.box(x), self.points(x).unflatten(1, (2, 5))


class Mtcnn(nn.Module):
    """The three networks under one roof, so that one file holds their weights."""

    def __init__(self) -> None:
        super().__init__()
        self.pnet = ProposalNet()
        self.rnet = RefinementNet()
        self.onet = OutputNet()
