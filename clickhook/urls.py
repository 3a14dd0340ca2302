"""What ordinary Django serves; clickhook.asgi serves hooks and health."""

from django.contrib import admin
from django.urls import path

from clickhook.button import views as button

urlpatterns = [
    path("admin/", admin.site.urls),
    path("button.js", button.button),
]
